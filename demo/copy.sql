-- In the copy, once it is made: CREATE DATABASE shop_copy TEMPLATE shop. Rules for employees, and the word that this is a copy.
SELECT gdpr_register('employee', '{"name": {"strategy": "fake", "kind": "name"}, "email": "email"}');
SET gdpr_ext.allow_scrub = on;
