"""What a customer's holdings may lose together: value at risk of the portfolio."""
