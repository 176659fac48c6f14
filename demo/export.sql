-- Who is responsible, and what the shop's customers are to be told: Art. 15(1) GDPR. A text, or several.
SELECT gdpr_register('customer', facts => '{
    "controller": "Shop ApS, Aarhus", "contact": "privacy@shop.example", "supervisory_authority": "Datatilsynet",
    "purpose": "to have an account", "category": ["name", "contact", "age"], "recipients": "our hosting company",
    "retention": "until the account is closed", "source": "you", "transfers": "none", "automated_decisions": "none"}');
SELECT gdpr_register('orders', facts => '{
    "purpose": "to send what you order", "category": "orders", "recipients": ["Parcel Post A/S", "the tax office"], "retention": "10 years: tax law"}');

-- What things are called.
SELECT gdpr_register('customer', export => '{"label_expression": "name", "labels": {"born": "date of birth"}}');
SELECT gdpr_register('address', export => '{"label": "Addresses", "label_expression": "street || '', '' || postcode || '' '' || city"}');
SELECT gdpr_register('orders', export => '{"label": "Your orders", "labels": {"placed_at": "ordered at"}}');
SELECT gdpr_register('product', export => '{"label_expression": "name"}');
SELECT gdpr_register('country', export => '{"label_expression": "name"}');
SELECT gdpr_register('order_line', export => '{"label": "Articles", "exclude": ["order_id"]}');

-- What somebody else wrote in a message is theirs; what was written to a customer was meant to be read.
SELECT gdpr_register('message', '{"body": {"strategy": "value", "value": "(removed)", "of": "sender_id"}}', export => '{"disclose": ["body"]}');
