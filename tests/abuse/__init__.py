"""The room that holds back misuse of online booking."""
