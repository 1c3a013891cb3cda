"""Orders 委托: what was sold, handed to the core system, answered, and compared with what the core says each night."""
