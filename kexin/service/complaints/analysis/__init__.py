"""Complaints in figures: counted, compared, watched for signals, frozen into reports, measured before and after."""
