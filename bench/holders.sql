INSERT INTO party_party (id, key_id, kind, name, sex, lunar_birthday, nationality, tax_residence, language, occupation,
                         income_band, preferred_channel, created_at, updated_at)
SELECT n, gen_random_uuid(), 'individual', '\x00', '', '', 'CN', 'CN', 'zh', '', '', '', now(), now()
  FROM generate_series(1, %(many)s) n;

INSERT INTO party_customer (party_id, customer_no, kind, status, unit_id, lead_post_id, admitted_on, born_year, birthday,
                            search_tokens, name_match, assets, source, source_no, created_at, updated_at, version)
SELECT n, 'C' || lpad(n::text, 11, '0'), 'individual', 'active', (%(units)s::bigint[])[n / 450 %% %(posts_n)s + 1],
       (%(posts)s::bigint[])[n / 450 %% %(posts_n)s + 1], '2019-01-07',
       CASE WHEN n %% 8 = 0 THEN 1948 + n / 8 %% 12 ELSE 1964 + n %% 40 END, (n %% 12 + 1) * 100 + n %% 28 + 1, '{}', n,
       20000 + n %% 900000, 'bench', 'K' || n, now(), now(), 1
  FROM generate_series(1, %(many)s) n;

INSERT INTO party_identitydocument (party_id, key_id, type, country, number, token, last4_token, long_term)
SELECT n, gen_random_uuid(), 'CN-RIC', 'CN', '\x00', decode(md5('d' || n), 'hex'), decode(md5('l' || n), 'hex'), true
  FROM generate_series(1, %(many)s) n;

INSERT INTO holdings_account (id, customer_id, key_id, kind, currency, unit_id, status, opened_on, balance, balance_on,
                              source, source_no, version)
SELECT n, n, gen_random_uuid(), 'wealth', 'CNY', (%(units)s::bigint[])[n / 450 %% %(posts_n)s + 1], 'open', '2020-01-06',
       0, %(today)s, 'bench', 'W' || n, 1
  FROM generate_series(1, %(many)s) n;

INSERT INTO holdings_holding (account_id, customer_id, product_id, units, cost, market_value, as_of, bought_on, source_no)
SELECT n, n, %(product)s, 10000 + n %% 90000, 10000 + n %% 90000, 10000 + n %% 90000, %(today)s, %(today)s::date - 100, 'p'
  FROM generate_series(1, %(many)s) n;

INSERT INTO holdings_holding (account_id, customer_id, product_id, units, cost, market_value, as_of, bought_on, source_no)
SELECT n, n, %(product)s + 1 + n %% 499, 5000, 5000, 5000 + n %% 900, %(today)s, %(today)s::date - 50, 'q'
  FROM generate_series(1, %(many)s) n;

INSERT INTO suitability_riskassessment
       (id, customer_id, actor_kind, acted_by, device, address, kind, questionnaire_id, policy_id, answers, points, band,
        ceilings, grade, told_grade, lowest, submitted_at, submitted_on, of_day, needs_confirmation, valid_until, channel,
        invited_by)
SELECT n, n, 'customer', n, '', '', 'risk_person', %(sheet)s, %(policy)s, '{"horizon": "d"}', 50, g, '[]', g, g, false,
       now(), %(today)s::date - 60, 1, false, %(today)s::date + 300, 'app', ''
  FROM (SELECT n, (%(grades)s::int[])[n %% 10 + 1] AS g FROM generate_series(1, %(many)s) n) x;

INSERT INTO suitability_riskstanding (customer_id, assessment_id, grade, lowest, lifted, assessed_on, valid_until)
SELECT customer_id, id, grade, lowest, false, submitted_on, valid_until FROM suitability_riskassessment;
