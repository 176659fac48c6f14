-- What becomes of each column. Addresses are read by the newsletter's table, too: a pseudonym is the same in both, so they still belong together.
SELECT gdpr_register('customer', '{
    "name":  {"strategy": "partial", "keep_first": 1},
    "email": "pseudonym",
    "phone": {"strategy": "partial", "keep_last": 2},
    "born":  {"strategy": "generalise", "to": "decade"}}');
SELECT gdpr_register('mailing_log', '{"email": "pseudonym"}');
SELECT gdpr_register('address', '{"street": "blank", "postcode": {"strategy": "partial", "keep_first": 2}}');
SELECT gdpr_register('review', '{"body": "null"}');
SELECT gdpr_register('message', '{"body": {"strategy": "value", "value": "(removed)"}}');
SELECT gdpr_register('ticket', '{"subject": "blank"}');
SELECT gdpr_register('session', '{"*": "auto"}');

-- What the tax law makes the shop keep.
SELECT gdpr_register('orders', on_erase => 'keep', ground => 'tax law, 10 years');
SELECT gdpr_register('order_line', on_erase => 'keep', ground => 'tax law, 10 years');
SELECT gdpr_register('payment', on_erase => 'keep', ground => 'tax law, 10 years');

-- Looked at: a state of an order, and the number of its customer.
SELECT gdpr_register('audit', '{"payload": {"strategy": "keep", "reason": "shows who changed an order"}}');
