"""The wire: AWS protocols, read off botocore's service models, and the directory of operations behind them."""
