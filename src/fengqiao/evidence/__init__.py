"""存证 evidence: seals what happened into a log that strangers can check, and gives out proofs.

Words: *leaf* 叶 one sealed event; *log* 日志 of one unit and year; *checkpoint* 检查点 the signed size and root;
*proof* 证明 of one leaf; *witness* 见证方 signs that the log only grew; *anchor* 锚定 with an outside authority;
*hold* 保全 keeps a record from erasure; *evidence package* 举证包. The formats are those of C2SP, unchanged.
"""
