"""Prepaid 可信消费: cards 预付卡, the ledger 账本 behind them, margin 保证金, refunds 退款."""
