"""Words that leave or are shared without what names a person."""
