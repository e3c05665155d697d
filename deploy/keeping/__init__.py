"""How long records are kept, what each team did to erase a person, and the copy that a person asks for: for the command line."""
