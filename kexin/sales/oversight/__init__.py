"""销售监督: items that somebody must look at, the figures of compliance, the register of sales risks."""
