"""客户反馈: opinions that are neither requests nor complaints, answered within limits, gathered for improvement."""
