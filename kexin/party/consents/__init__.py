"""What a customer has agreed to, channel by channel, and what stops dealings with a customer."""
