-- What the functions that give a person's data out say of themselves, and who may call them: nobody before it was granted.

COMMENT ON FUNCTION gdpr_export(regclass, anyelement, text) IS
  'Everything held about one person as a jsonb document: access (Art. 15 GDPR), or portability (Art. 20). Needs SELECT on every table read (42501); 55000 for rows that nobody has reviewed or registered; 22023 for several ids or an unknown mode';
COMMENT ON FUNCTION gdpr_export(regclass, text, text) IS
  'Everything held about one person as a jsonb document: access (Art. 15 GDPR), or portability (Art. 20). Needs SELECT on every table read (42501); 55000 for rows that nobody has reviewed or registered; 22023 for several ids or an unknown mode';
COMMENT ON FUNCTION gdpr_export_html(regclass, anyelement, text) IS
  'The document of gdpr_export as one page of HTML for the person: self-contained, without scripts. Errors as of gdpr_export';
COMMENT ON FUNCTION gdpr_export_html(regclass, text, text) IS
  'The document of gdpr_export as one page of HTML for the person: self-contained, without scripts. Errors as of gdpr_export';
COMMENT ON FUNCTION gdpr_export_archive(regclass, anyelement, text) IS
  'The document of gdpr_export as a zip: data.json, a CSV for each table, and report.html. Errors as of gdpr_export; 54000 beyond 1 GB';
COMMENT ON FUNCTION gdpr_export_archive(regclass, text, text) IS
  'The document of gdpr_export as a zip: data.json, a CSV for each table, and report.html. Errors as of gdpr_export; 54000 beyond 1 GB';

REVOKE ALL ON FUNCTION
  gdpr_export(regclass, anyelement, text), gdpr_export(regclass, text, text),
  gdpr_export_html(regclass, anyelement, text), gdpr_export_html(regclass, text, text),
  gdpr_export_archive(regclass, anyelement, text), gdpr_export_archive(regclass, text, text)
  FROM PUBLIC;
