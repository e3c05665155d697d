"""What people see: sign-in, sessions, drafts, forms and layout, on which each team puts pages of its own.

Pages ask the teams over HTTP with the person's own token, and hold no right on any team's data: a hole in a page cannot pass
the decision who may do what, nor the record of who looked.
"""
