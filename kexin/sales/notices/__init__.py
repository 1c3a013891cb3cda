"""客户告知: holders are told of what happened to a product, in reviewed words, once each; with receipts."""
