"""Knowledge 知识库: what staff and customers may rely on, written by one person, reviewed by another."""
