"""The interface of the desk."""
