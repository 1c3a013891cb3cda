"""大额异动与睡眠客户: bookings large for their customer, and customers who have done nothing for long."""
