"""The portal's assistant: it answers from approved articles alone, names them, and knows when it does not know."""
