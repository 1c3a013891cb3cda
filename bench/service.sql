INSERT INTO service_servicerequest
       (id, request_no, customer_id, key_id, kind, category, channel, mode, urgency, subject, text, state, stage, unit_id,
        owner_post_id, first_post_id, offered_by, offer_reason, asked_posts, kept_from, passed_posts, received_at,
        opened_at, opened_by, round, ticking, due_at, solved, told_at, told_by_channel, confirmation, closed_at, policy_id,
        version)
SELECT n, 'Q2026' || lpad(n::text, 8, '0'), c.party_id, p.key_id,
       (ARRAY['consultation','consultation','suggestion','product_change'])[n %% 4 + 1],
       (ARRAY['card','account','loan','electronic','wealth','other'])[n %% 6 + 1],
       (ARRAY['phone','portal','branch','email'])[n %% 4 + 1], (ARRAY['phone','online','face','online'])[n %% 4 + 1],
       CASE WHEN n %% 40 = 0 THEN 'urgent' WHEN n %% 11 = 0 THEN 'important' ELSE 'general' END,
       s.subject, s.words, x.state, 'reception', c.unit_id, c.lead_post_id, c.lead_post_id, '', '', '{}', '{}', '{}',
       x.opened, x.opened, '1001', 1, x.state = 'open', x.due, CASE WHEN x.state <> 'open' THEN true END,
       CASE WHEN x.state <> 'open' THEN x.opened + interval '1 day' END, CASE WHEN x.state <> 'open' THEN 'phone' ELSE '' END,
       CASE WHEN x.state = 'closed' THEN 'confirmed' ELSE '' END,
       CASE WHEN x.state = 'closed' THEN x.opened + interval '2 days' END, %(policy)s, 1
  FROM (SELECT n, CASE WHEN n > %(many)s THEN 'closed' WHEN n %% 12 = 0 THEN 'told' ELSE 'open' END AS state,
               now() - (CASE WHEN n > %(many)s THEN 30 ELSE 0 END + abs(hashint4(n)::bigint) %% 7) * interval '1 day'
                     - n %% 80000 * interval '1 second' AS opened,
               now() + ((abs(hashint4(n + 7)::bigint) %% 14400) - 1440) * interval '1 minute' AS due
          FROM generate_series(1, 2 * %(many)s) n) x
  JOIN party_customer c ON c.party_id = x.n %% %(customers)s + 1
  JOIN party_party p ON p.id = c.party_id
  JOIN bench_said s ON s.id = c.party_id;

INSERT INTO service_clock (request_id, customer_id, round, code, name, name_en, amount, unit, met_by, pausable, legal,
                           started_at, due_at, provisional, state, met_at)
SELECT r.id, r.customer_id, 1, m.code, m.name, m.name_en, m.amount, m.unit, m.met_by, false, false, r.opened_at,
       r.due_at + m.later, false, CASE WHEN r.state = 'open' THEN 'running' ELSE 'met' END,
       CASE WHEN r.state <> 'open' THEN r.told_at END
  FROM service_servicerequest r,
       (VALUES ('response', '首次答复', 'First answer', 24, 'clock_hours', 'contact', interval '0'),
               ('result', '办结', 'Result', 3, 'working_days', 'result', interval '2 days')) AS
       m(code, name, name_en, amount, unit, met_by, later);

INSERT INTO service_requestentry (request_id, customer_id, key_id, kind, channel, text, reaction, at, by)
SELECT r.id, r.customer_id, r.key_id, 'asked', r.channel, s.entry, '', r.opened_at, '1001'
  FROM service_servicerequest r JOIN bench_said s ON s.id = r.customer_id;

INSERT INTO core_workitem (kind, customer_id, unit_id, owner_post_id, subject_kind, subject_id, details, kept_from,
                           priority, opened_at, due_at, due_provisional, escalation_level, escalated_to, ladder_id,
                           ladder_step, next_step_at, policy_id, status, outcome, note, closed_by, version)
SELECT 'service.clock', r.customer_id, r.unit_id, r.owner_post_id, 'service.Clock', k.id,
       jsonb_build_object('request_no', r.request_no, 'request_id', r.id, 'clock', k.name, 'clock_en', k.name_en), '{}',
       2, k.started_at, k.due_at, false, 0, '{}', %(ladder)s, CASE WHEN k.due_at < now() THEN 4 ELSE 2 END,
       CASE WHEN k.due_at < now() THEN NULL ELSE k.due_at END, %(policy)s, 'open', '', '', '', 1
  FROM service_clock k JOIN service_servicerequest r ON r.id = k.request_id WHERE k.state = 'running';
