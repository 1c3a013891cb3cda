"""WeCom 企业微信: the archive of what staff and customers write, phrases nobody may write, contacts of who leaves."""
