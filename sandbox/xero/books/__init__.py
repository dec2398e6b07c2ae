"""What is kept: organisations, their documents by kind, the file behind them, and who is told."""
