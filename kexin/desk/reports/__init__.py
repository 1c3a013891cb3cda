"""Reports that people put together: kept, shared, sent to the inbox, taken out as files."""
