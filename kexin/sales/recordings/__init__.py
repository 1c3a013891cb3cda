"""Recordings 双录 of sales: node by node, stored encrypted, inspected by somebody who did not sell."""
