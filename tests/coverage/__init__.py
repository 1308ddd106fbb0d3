"""Branch coverage of login, authorization, audit and state by the tests that run in one process."""
