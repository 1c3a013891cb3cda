"""Engagement: what passes between the institution and its customers. Document 资料, Note 备注: the timeline's base."""
