"""S70 and S76 with a base backup and point-in-time recovery, the mirror in another cluster.

The recovered cluster has the same system identifier and the same database oid, on another timeline. All that was written after the moment it is recovered
to is lost, the log of it, too; the mirror has that.
"""

import pytest
from conftest import Cluster, program
from killed import wait_until
from restore import Story, mirror_database, point_to_mirror

SCHEMA = """
CREATE TABLE person (id serial PRIMARY KEY, name text, email text UNIQUE);
CREATE TABLE orders (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, person_id int REFERENCES person, note text);
CREATE TABLE review (id serial PRIMARY KEY, person_id int REFERENCES person, body text);
INSERT INTO person (name, email) SELECT 'name ' || n, 'mail ' || n FROM generate_series(1, 9) n;
INSERT INTO orders (person_id, note) SELECT n, 'note ' || n FROM generate_series(1, 9) n;
INSERT INTO review (person_id, body) SELECT n, 'body ' || n FROM generate_series(1, 9) n;
SELECT gdpr_register('person', '{"name": "null", "email": "null"}', subject => true), gdpr_register('orders', '{"note": "null"}'),
  gdpr_register('review', '{"body": "null"}', on_erase => 'anonymise');
SELECT gdpr_on_delete('review', '{person_id}');
"""


class Recovered(Story):
    """Backed up with its whole cluster; comes back in another cluster, as it was at a moment after the base backup."""

    def __init__(self, name, schema, cluster):
        self.cluster, self.recovered = cluster, None
        super().__init__(name, schema, host=cluster.socket)

    @property
    def archive(self):
        return self.cluster.directory / "archive"

    def base_backup(self):
        # Lives as long as the test; its directory is that of the recovered cluster later.
        self.recovered = Cluster(f"restore_command = 'cp {self.archive}/%f %p'\nrecovery_target_name = 'before'\nrecovery_target_action = 'promote'")
        data = str(self.recovered.directory / "data")
        self.cluster.as_server(program("pg_basebackup"), "-h", self.host, "-U", "postgres", "-D", data, "-c", "fast", "-X", "none", "--no-sync")
        self.cluster.as_server("touch", data + "/recovery.signal")

    def save(self):
        self.execute("SELECT pg_create_restore_point('before')")

    def lose(self):
        """The cluster dies; what it had archived is left."""
        super().lose()
        with self.server() as server:
            server.execute("SELECT pg_switch_wal()")
        self.cluster.as_server(program("pg_ctl"), "stop", "-m", "fast", "-D", str(self.cluster.directory / "data"))

    def drop(self, server):
        if self.recovered is None:
            super().drop(server)

    def bring_back(self):
        self.recovered.start()
        self.host = self.recovered.socket
        # It can be connected to before it has come to the end of its recovery.
        with self.server() as server:
            wait_until(lambda: server.execute("SELECT NOT pg_is_in_recovery()").fetchone()[0], "the recovery does not end")

    def end(self):
        self.disconnect()
        if self.recovered is not None:
            self.recovered.stop()


@pytest.fixture
def told():
    cluster = Cluster("archive_mode = on\nwal_level = replica\n")
    cluster.configuration += f"archive_command = 'cp %p {cluster.directory}/archive/%f'\n"
    cluster.as_server("mkdir", str(cluster.directory / "archive"))
    told = None
    try:
        cluster.start()
        told = Recovered("gdpr_rerun", SCHEMA, cluster)
        yield told
    finally:
        if told is not None:
            told.end()
        cluster.stop()


def test_s70_point_in_time_recovery(told):
    with mirror_database() as mirror:
        point_to_mirror(told, None, mirror.info.dbname)
        told.base_backup()
        told.execute("SELECT * FROM gdpr_erase('person', 1)")
        told.execute("SELECT gdpr_log_seal()")
        told.execute("INSERT INTO person (name, email) VALUES ('Ada', 'ada')")
        told.back_up()
        # From here on it is lost.
        told.execute("SELECT * FROM gdpr_erase('person', 2); SELECT * FROM gdpr_anonymise('person', 3); SELECT * FROM gdpr_delete('person', 4)")
        told.execute("DELETE FROM orders WHERE person_id IN (5, 10); DELETE FROM person WHERE id IN (5, 10)")
        told.execute("INSERT INTO person (name, email) VALUES ('Bea', 'bea'); SELECT * FROM gdpr_erase('person', 11)")
        told.execute("SELECT gdpr_log_seal()")
        origin = told.value("SELECT gdpr_log_origin()")
        told.lose()
        told.restore(file=False)

        recovered = told.value("SELECT gdpr_log_origin()")
        assert origin.rsplit("/", 1)[0] == recovered.rsplit("/", 1)[0] and origin != recovered  # only the timeline is another
        assert told.value("SELECT restored FROM gdpr_log.status")
        reported = told.outcomes()
        assert {row[2] for row in reported} == {"applied", "already gone"}
        assert [row for row in reported if row[2] == "already gone"] == [("public.person", "deleted", "already gone", 1)]
        told.as_before_the_loss()
        assert not told.value("SELECT restored FROM gdpr_log.status")
        assert told.value("INSERT INTO person (name) VALUES ('Cy') RETURNING id") > 11
        told.nothing_is_left_to_do()
        # The transactions of before and of now have the same numbers, on two timelines: the log can be sealed and verified all the same.
        told.execute("SELECT * FROM gdpr_erase('person', 6)")
        head = told.value("SELECT gdpr_log_seal()")
        assert told.rows("SELECT * FROM gdpr_log_verify(%s)", (head,)) == []
        assert told.rows("SELECT voided FROM gdpr_log_mirror_sync()") == [(0,)]
        assert {id_ for id_, in mirror.execute("SELECT id FROM gdpr_mirror.event WHERE NOT void").fetchall()} == told.log().keys()
