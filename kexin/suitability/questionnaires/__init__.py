"""Questionnaires 问卷: versioned data with a scoring that the author can try before anybody else approves it."""
