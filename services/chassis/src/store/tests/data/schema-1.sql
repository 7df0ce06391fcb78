-- A store of schema 1, the first: changes of six records, an end, and a request id. Plain SQL, for any engine.
CREATE TABLE store_schema (id BIGINT PRIMARY KEY CHECK (id = 1), version BIGINT NOT NULL);
INSERT INTO store_schema VALUES (1, 1);
CREATE TABLE head (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    revision BIGINT NOT NULL CHECK (revision >= 0),
    hash TEXT NOT NULL CHECK (length(hash) = 64)
);
INSERT INTO head VALUES (1, 10, 'a3b89c711772b5ee09bd9f92cd60a478e1ef9ab908f886247f6b61c2ae628b33');
CREATE TABLE entries (
    revision BIGINT PRIMARY KEY CHECK (revision > 0),
    commit_time BIGINT NOT NULL,
    caller TEXT NOT NULL,
    method TEXT NOT NULL,
    request_id TEXT,
    request_hash TEXT NOT NULL CHECK (length(request_hash) = 64),
    outcome TEXT,
    previous_hash TEXT NOT NULL CHECK (length(previous_hash) = 64),
    hash TEXT NOT NULL CHECK (length(hash) = 64)
);
INSERT INTO entries VALUES (1, 1700000003000000, 'offices/a', 'tests.v1.Tests/Do', NULL, '0000000000000000000000000000000000000000000000000000000000000000', NULL, '0000000000000000000000000000000000000000000000000000000000000000', 'efa0133f44e91f34ac93dd69be2ef5237bf895c2962b7f6f51234c1f3e4a9647');
INSERT INTO entries VALUES (2, 1700000003000000, 'offices/a', 'tests.v1.Tests/Do', NULL, '0000000000000000000000000000000000000000000000000000000000000000', NULL, 'efa0133f44e91f34ac93dd69be2ef5237bf895c2962b7f6f51234c1f3e4a9647', 'a7d65402f94b16fbfc2da21594b983ac8e04b698f451a403d0a9b792d88e1c2d');
INSERT INTO entries VALUES (3, 1700000003000000, 'offices/a', 'tests.v1.Tests/Do', NULL, '0000000000000000000000000000000000000000000000000000000000000000', NULL, 'a7d65402f94b16fbfc2da21594b983ac8e04b698f451a403d0a9b792d88e1c2d', '49a2feff807649ac617d3184f8435ddd01163583a6b9493383ad6694c502ed79');
INSERT INTO entries VALUES (4, 1700000003000000, 'offices/a', 'tests.v1.Tests/Do', NULL, '0000000000000000000000000000000000000000000000000000000000000000', NULL, '49a2feff807649ac617d3184f8435ddd01163583a6b9493383ad6694c502ed79', '052bf28722e64da55d758df73647912abd4f792e07f8ee9d499f18ed48feb56b');
INSERT INTO entries VALUES (5, 1700000003000000, 'offices/a', 'tests.v1.Tests/Do', NULL, '0000000000000000000000000000000000000000000000000000000000000000', NULL, '052bf28722e64da55d758df73647912abd4f792e07f8ee9d499f18ed48feb56b', 'f6a0587f0143cb289e51719e248e320eb5827fd2a7cbc62491ad6d87c9d028f9');
INSERT INTO entries VALUES (6, 1700000003000000, 'offices/a', 'tests.v1.Tests/Do', NULL, '0000000000000000000000000000000000000000000000000000000000000000', NULL, 'f6a0587f0143cb289e51719e248e320eb5827fd2a7cbc62491ad6d87c9d028f9', 'f7af8db11e629c6e759363ba6bc8ff6c39bd11c44c6c6c210bcea50579719a0a');
INSERT INTO entries VALUES (7, 1700000003000000, 'offices/a', 'tests.v1.Tests/Do', NULL, '0000000000000000000000000000000000000000000000000000000000000000', NULL, 'f7af8db11e629c6e759363ba6bc8ff6c39bd11c44c6c6c210bcea50579719a0a', '28e5d4ff6ec99699479dd8d15a402438e98a681d99fe9bbc54ce7ff451ef56c5');
INSERT INTO entries VALUES (8, 1700000003000000, 'offices/a', 'tests.v1.Tests/Do', NULL, '0000000000000000000000000000000000000000000000000000000000000000', NULL, '28e5d4ff6ec99699479dd8d15a402438e98a681d99fe9bbc54ce7ff451ef56c5', 'b561bf1a4982652ac126a4a1968e74b45a087ecb6f5f127021dca371816a3bd9');
INSERT INTO entries VALUES (9, 1700000003000000, 'offices/a', 'tests.v1.Tests/Do', NULL, '0000000000000000000000000000000000000000000000000000000000000000', NULL, 'b561bf1a4982652ac126a4a1968e74b45a087ecb6f5f127021dca371816a3bd9', 'baa98754fcf8296f03af5387edf4702f8377b81d96fa58eed60c2d30f74d6467');
INSERT INTO entries VALUES (10, 1700000003000000, 'offices/a', 'tests.v1.Tests/Do', '00000000-0000-0000-0000-000000000007', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', NULL, 'baa98754fcf8296f03af5387edf4702f8377b81d96fa58eed60c2d30f74d6467', 'a3b89c711772b5ee09bd9f92cd60a478e1ef9ab908f886247f6b61c2ae628b33');
CREATE TABLE versions (
    revision BIGINT NOT NULL,
    name TEXT NOT NULL,
    previous_revision BIGINT,
    create_time BIGINT NOT NULL,
    body TEXT,
    PRIMARY KEY (revision, name)
);
INSERT INTO versions VALUES (1, 'things/0', NULL, 1700000003000000, '{"amount":0,"day":0,"unit":"a"}');
INSERT INTO versions VALUES (2, 'things/1', NULL, 1700000003000000, '{"amount":1,"day":1,"unit":"a"}');
INSERT INTO versions VALUES (3, 'things/2', NULL, 1700000003000000, '{"amount":2,"day":2,"unit":"a"}');
INSERT INTO versions VALUES (4, 'things/3', NULL, 1700000003000000, '{"amount":3,"day":3,"unit":"a"}');
INSERT INTO versions VALUES (5, 'things/4', NULL, 1700000003000000, '{"amount":4,"day":4,"unit":"a"}');
INSERT INTO versions VALUES (6, 'things/5', NULL, 1700000003000000, '{"amount":5,"day":5,"unit":"a"}');
INSERT INTO versions VALUES (7, 'things/0', 1, 1700000003000000, '{"amount":0,"day":0,"unit":"b"}');
INSERT INTO versions VALUES (8, 'things/1', 2, 1700000003000000, '{"amount":2,"day":1,"unit":"b"}');
INSERT INTO versions VALUES (9, 'things/5', 6, 1700000003000000, NULL);
INSERT INTO versions VALUES (10, 'others/1', NULL, 1700000003000000, '{}');
CREATE TABLE resources (
    name TEXT PRIMARY KEY,
    revision BIGINT NOT NULL,
    collection TEXT NOT NULL,
    sort_number BIGINT NOT NULL,
    refers_to TEXT,
    deleted BIGINT NOT NULL CHECK (deleted IN (0, 1))
);
INSERT INTO resources VALUES ('things/3', 4, 'things', 0, NULL, 0);
INSERT INTO resources VALUES ('things/0', 7, 'things', 0, NULL, 0);
INSERT INTO resources VALUES ('things/4', 5, 'things', 0, NULL, 0);
INSERT INTO resources VALUES ('things/5', 9, 'things', 0, NULL, 1);
INSERT INTO resources VALUES ('things/1', 8, 'things', 0, NULL, 0);
INSERT INTO resources VALUES ('things/2', 3, 'things', 0, NULL, 0);
INSERT INTO resources VALUES ('others/1', 10, 'others', 0, NULL, 0);
CREATE TABLE cells (
    series TEXT NOT NULL,
    measure TEXT NOT NULL,
    day BIGINT NOT NULL,
    amount BIGINT NOT NULL,
    PRIMARY KEY (series, measure, day)
);
INSERT INTO cells VALUES ('a', 'records', 0, 0);
INSERT INTO cells VALUES ('a', 'amounts', 1, 0);
INSERT INTO cells VALUES ('a', 'records', 1, 0);
INSERT INTO cells VALUES ('a', 'amounts', 3, 3);
INSERT INTO cells VALUES ('a', 'records', 4, 1);
INSERT INTO cells VALUES ('a', 'records', 5, 0);
INSERT INTO cells VALUES ('a', 'amounts', 2, 2);
INSERT INTO cells VALUES ('a', 'records', 2, 1);
INSERT INTO cells VALUES ('a', 'records', 3, 1);
INSERT INTO cells VALUES ('a', 'amounts', 4, 4);
INSERT INTO cells VALUES ('a', 'amounts', 5, 0);
INSERT INTO cells VALUES ('b', 'records', 1, 1);
INSERT INTO cells VALUES ('b', 'records', 0, 1);
INSERT INTO cells VALUES ('b', 'amounts', 1, 2);
CREATE UNIQUE INDEX entries_request_id ON entries (request_id) WHERE request_id IS NOT NULL;
CREATE INDEX resources_listed ON resources (collection, sort_number, name);
CREATE INDEX resources_refers_to ON resources (refers_to) WHERE refers_to IS NOT NULL;
