"""What a customer asks for about something bought: units given back 赎回, dividends in cash or reinvested 分红方式."""
