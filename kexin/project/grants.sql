-- What the roles kexin_app, kexin_portal and kexin_report may do, table by table (deploy/database/roles.sql tells who they are).
-- Run as the owner after every migration; `kexin migrate` does. A role that does not exist is passed over.
--
-- No default privileges: they would reach the monthly partitions of the audit, which are made as the owner.

DO $$
DECLARE
  app boolean := EXISTS (SELECT FROM pg_roles WHERE rolname = 'kexin_app');
  portal boolean := EXISTS (SELECT FROM pg_roles WHERE rolname = 'kexin_portal');
  report boolean := EXISTS (SELECT FROM pg_roles WHERE rolname = 'kexin_report');
  subject record;
  rights text;
  hidden name[];
  shown text;
  condition text;
BEGIN
  FOR subject IN
    SELECT c.oid::regclass AS name, c.relname::text AS plain, c.relispartition AS part,
           EXISTS (SELECT FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
                    WHERE t.tgrelid = c.oid AND p.proname = 'kexin_refuse_change') AS append_only
      FROM pg_class c
     WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
       AND pg_get_userbyid(c.relowner) = current_user
  LOOP
    IF app THEN
      EXECUTE format('REVOKE ALL ON %s FROM kexin_app', subject.name);
      rights := CASE
        WHEN subject.part AND subject.plain NOT LIKE '%\_default' THEN NULL  -- reached through its parent only
        WHEN subject.part THEN 'SELECT'  -- kexin doctor looks for rows outside every month
        WHEN subject.plain = 'core_history' THEN 'SELECT'  -- written by its triggers, as the owner
        WHEN subject.plain IN ('django_migrations', 'django_content_type', 'auth_permission') THEN 'SELECT'
        WHEN subject.append_only THEN 'SELECT, INSERT'
        ELSE 'SELECT, INSERT, UPDATE, DELETE'
      END;
      IF rights IS NOT NULL THEN
        EXECUTE format('GRANT %s ON %s TO kexin_app', rights, subject.name);
      END IF;
      IF subject.append_only AND subject.plain NOT LIKE 'core\_%' THEN  -- a change of keys writes ciphertexts anew
        SELECT string_agg(format('%I', attname), ', ') INTO rights FROM pg_attribute
         WHERE attrelid = subject.name AND atttypid = 'bytea'::regtype AND attnum > 0 AND NOT attisdropped;
        IF rights IS NOT NULL THEN
          EXECUTE format('GRANT UPDATE (%s) ON %s TO kexin_app', rights, subject.name);
        END IF;
      END IF;
    END IF;
    IF portal THEN  -- what customers read of their own, and what they leave: no sign-ins, no audit, no staff's notes
      EXECUTE format('REVOKE ALL ON %s FROM kexin_portal', subject.name);
      rights := CASE
        WHEN subject.part THEN NULL
        WHEN subject.plain IN ('sales_visit', 'sales_needsanalysis', 'sales_referral', 'sales_reviewpack', 'sales_conductreport', 'sales_conductacknowledgement', 'service_requestnote', 'service_mailbox', 'service_conversationreader') THEN NULL
        WHEN subject.plain ~ '^service_(followup|macro|presence|requestlink|requestqueue|queuemember|postskill)$' THEN NULL  -- the desk's own
        WHEN subject.plain ~ '^service_(careplan|caretouch|carepause|improvementplan|feedbackreview|surveywave)$' THEN NULL
        WHEN subject.plain ~ '^service_(phonecall|phoneextension|wecomaccount|archiveagreement|flaggedwords)$' THEN NULL
        WHEN subject.plain ~ '^service_(knownproblem|problemlink|supportquestion|coachingreview|phrasesituation|wordsdraft)$' THEN NULL
        WHEN subject.plain = 'service_articlefile' THEN NULL
        WHEN subject.plain ~ '^service_(article|articleversion|articleentry|articlecategory|searchterm|assistantmodel)$'
          THEN 'SELECT'  -- of articles those for customers alone: see the policies below
        WHEN subject.plain = 'service_articlelink' THEN NULL
        WHEN subject.plain = 'core_auditentry' THEN 'INSERT'
        WHEN subject.plain = 'service_settlement'  -- what the complainant signs: not who decided, nor what was paid
          THEN 'SELECT (id, complaint_id, key_id, amount, terms, state, approved_at, language, agreement_no, signed_on, signed_way), UPDATE (state, agreement_no, signed_on, signed_way)'
        WHEN subject.plain IN ('service_remediation', 'service_complaintreport', 'service_complaintreportdecision', 'service_complaintgroup', 'service_complaintgroupmember') THEN NULL  -- what was paid, and whose fault it was
        WHEN subject.plain = 'service_complaintnote' THEN 'INSERT, SELECT (id)'  -- that two cases were joined is noted
        WHEN subject.plain = 'party_customer' THEN 'SELECT, UPDATE (party_id)'  -- locked while the customer acts
        WHEN subject.plain ~ '^people_delegation$|^people_postrole$|^core_(role|roleoperation|rolegrant)$' THEN 'SELECT'  -- who is to answer
        WHEN subject.plain = 'core_event' THEN 'INSERT, SELECT (id)'
        WHEN subject.plain = 'engagement_outboundmessage' THEN 'SELECT, INSERT'
        WHEN subject.plain = 'engagement_document' THEN 'SELECT, UPDATE (id)'  -- a row is locked while it is handed out
        WHEN subject.plain ~ '^(portal|suitability|sales|service)_' AND subject.append_only THEN 'SELECT, INSERT'
        WHEN subject.plain = 'party_consent' THEN 'SELECT, INSERT'
        WHEN subject.plain ~ '^(portal|suitability|sales|service|procrastinate)_' OR subject.plain = 'core_workitem'
          THEN 'SELECT, INSERT, UPDATE'
        WHEN subject.plain ~ '^(party|products|holdings)_|^people_(orgunit|post|postholder|employee)$|^core_(policyversion|calendarday)$'
          THEN 'SELECT'
      END;
      hidden := CASE subject.plain  -- ``staff_only`` of the models: in the portal's process these are never loaded
        WHEN 'service_complaint' THEN ARRAY['accused', 'findings', 'found_by', 'grade_reasons', 'graded_by', 'mandate_by',
          'mandate_note', 'regulator_reply']
        WHEN 'core_workitem' THEN ARRAY['kept_from']
      END;
      IF hidden IS NOT NULL THEN
        SELECT string_agg(quote_ident(attname), ', ') INTO shown FROM pg_attribute
         WHERE attrelid = subject.name AND attnum > 0 AND NOT attisdropped AND attname <> ALL (hidden);
        EXECUTE format('GRANT SELECT (%1$s), INSERT, UPDATE (%1$s) ON %2$s TO kexin_portal', shown, subject.name);
      ELSIF rights IS NOT NULL THEN
        EXECUTE format('GRANT %s ON %s TO kexin_portal', rights, subject.name);
      END IF;
      -- Rows: everybody else reads all of them (a condition that is always true costs nothing and hides no index).
      condition := CASE subject.plain
        WHEN 'service_article' THEN 'audience = ''customer'''
        WHEN 'service_articleentry' THEN 'audience = ''customer'''
        WHEN 'service_articleversion' THEN 'state IN (''approved'', ''withdrawn'') AND EXISTS (SELECT FROM service_article a'
          ' WHERE a.id = article_id AND a.audience = ''customer'')'
      END;
      IF condition IS NOT NULL THEN
        EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', subject.name);
        EXECUTE format('DROP POLICY IF EXISTS everybody ON %s', subject.name);
        EXECUTE format('DROP POLICY IF EXISTS customers ON %s', subject.name);
        EXECUTE format('CREATE POLICY everybody ON %s USING (true) WITH CHECK (true)', subject.name);
        EXECUTE format('CREATE POLICY customers ON %s AS RESTRICTIVE TO kexin_portal USING (%s)', subject.name, condition);
      END IF;
    END IF;
    IF report THEN
      EXECUTE format('REVOKE ALL ON %s FROM kexin_report', subject.name);
      IF NOT subject.part
         AND subject.plain ~ '^(party|holdings|products|engagement|people)_|^core_(workitem|calendarday|policyversion)$'
         AND subject.plain NOT IN ('people_user', 'people_user_groups', 'people_user_user_permissions') THEN
        EXECUTE format('GRANT SELECT ON %s TO kexin_report', subject.name);
      END IF;
    END IF;
  END LOOP;
  IF portal THEN
    EXECUTE format('GRANT USAGE ON ALL SEQUENCES IN SCHEMA %I TO kexin_portal', current_schema());
  END IF;
  IF app THEN
    EXECUTE format('GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA %I TO kexin_app', current_schema());
    GRANT EXECUTE ON FUNCTION kexin_ensure_partitions(regclass, date, date) TO kexin_app;
  END IF;
END
$$;
