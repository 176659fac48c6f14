-- Customers are people, and so are employees.
SELECT gdpr_register('customer', subject => true);
SELECT gdpr_register('employee', subject => true);

-- The newsletter knows a customer by the e-mail address, the audit table by a number inside its payload.
SELECT gdpr_link('customer', '{email}', 'mailing_log', '{email}');
SELECT gdpr_link('customer', '{id}', 'audit', '{((payload ->> ''customer_id'')::int)}');

-- The address is what the customer row refers to, not the other way round. It is the customer's all the same.
SELECT gdpr_link('customer', '{address_id}', 'address', '{id}');

-- A message is the sender's. The recipient may read it.
SELECT gdpr_link('customer', '{id}', 'message', '{recipient_id}', kind => 'accessor');

-- A support ticket is the customer's. The employee who handled it appears in it.
SELECT gdpr_link('employee', '{id}', 'ticket', '{handled_by}', kind => 'accessor');
