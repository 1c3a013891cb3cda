"""证据卷宗: everything that is known of a sale, as one signed file that can be examined without this house."""
