-- gdpr_discover and gdpr_discover_register.

COMMENT ON FUNCTION gdpr_discover(regclass[], integer) IS 'Columns without a rule that look personal, by name, type and a sample of their values: category, whether it is a special one, confidence, reason, and a rule that could be registered; never a value (Art. 9, 10, 24, 30 GDPR). 22004 for NULL, 22023 for a sample out of range, 42501 for a named table that may not be read, 42809 for what is no table, or a partition';
COMMENT ON FUNCTION gdpr_discover_register(real) IS 'Registers what gdpr_discover suggests with at least this confidence, for review: adds to the entries of the caller''s tables, changes no rule that is there (Art. 24, 30 GDPR). 22004 for NULL, 22023 for a confidence that is not within 0 to 1';

REVOKE ALL ON FUNCTION gdpr_discover(regclass[], integer), gdpr_discover_register(real) FROM PUBLIC;
