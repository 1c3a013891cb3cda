"""Portal: what customers open themselves, on a host, cookie and process of its own. Link 链接, PortalSession 会话."""
