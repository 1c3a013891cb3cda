"""Messages out: short messages and e-mails to customers, kept, sent by a job through an adapter, retried, told."""
