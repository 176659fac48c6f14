-- S02. The closure does not explode.
--
-- The classic schema of textbooks: 14 employees in 4 departments, projects, roles, salary grades. A closure that follows parents
-- and then comes back down collects nearly every one of the 46 rows from any employee: his department, everybody in it, all
-- their projects. Ours takes the employee's own rows, and names department, grade, project, role and boss as context.
CREATE SCHEMA s02;
SET search_path = s02, public;

CREATE TABLE department (deptno int PRIMARY KEY, name text, location text);
CREATE TABLE salary_grade (grade int PRIMARY KEY, lowest int, highest int);
CREATE TABLE employee (
    empno int PRIMARY KEY,
    name text,
    job text,
    boss int REFERENCES employee,
    salary int,
    grade int REFERENCES salary_grade,
    deptno int REFERENCES department
);
CREATE TABLE project (projectno int PRIMARY KEY, name text);
CREATE TABLE role (id int PRIMARY KEY, name text);
CREATE TABLE participation (
    projectno int REFERENCES project,
    empno int REFERENCES employee,
    role_id int REFERENCES role,
    PRIMARY KEY (projectno, empno)
);

INSERT INTO department VALUES
    (10, 'ACCOUNTING', 'NEW YORK'), (20, 'RESEARCH', 'DALLAS'), (30, 'SALES', 'CHICAGO'), (40, 'OPERATIONS', 'BOSTON');
INSERT INTO salary_grade VALUES (1, 700, 1200), (2, 1201, 1400), (3, 1401, 2000), (4, 2001, 3000), (5, 3001, 9999);
INSERT INTO employee VALUES
    (7839, 'KING',   'PRESIDENT', NULL, 5000, 5, 10),
    (7698, 'BLAKE',  'MANAGER',   7839, 2850, 4, 30),
    (7782, 'CLARK',  'MANAGER',   7839, 2450, 4, 10),
    (7566, 'JONES',  'MANAGER',   7839, 2975, 4, 20),
    (7788, 'SCOTT',  'ANALYST',   7566, 3000, 4, 20),
    (7902, 'FORD',   'ANALYST',   7566, 3000, 4, 20),
    (7369, 'SMITH',  'CLERK',     7902,  800, 1, 20),
    (7499, 'ALLEN',  'SALESMAN',  7698, 1600, 3, 30),
    (7521, 'WARD',   'SALESMAN',  7698, 1250, 2, 30),
    (7654, 'MARTIN', 'SALESMAN',  7698, 1250, 2, 30),
    (7844, 'TURNER', 'SALESMAN',  7698, 1500, 3, 30),
    (7876, 'ADAMS',  'CLERK',     7788, 1100, 1, 20),
    (7900, 'JAMES',  'CLERK',     7698,  950, 1, 30),
    (7934, 'MILLER', 'CLERK',     7782, 1300, 2, 10);
INSERT INTO project VALUES (1001, 'Magnetic suspension'), (1002, 'Microdroplets'), (1003, 'Quantum foundations'), (1004, 'Optical network');
INSERT INTO role VALUES (100, 'Developer'), (101, 'Researcher'), (102, 'Project manager');
INSERT INTO participation VALUES
    (1001, 7566, 102), (1001, 7788, 101), (1001, 7902, 100), (1001, 7876, 100),
    (1002, 7782, 102), (1002, 7934, 100), (1002, 7788, 101),
    (1003, 7566, 102), (1003, 7788, 101), (1003, 7369, 100),
    (1004, 7698, 102), (1004, 7654, 100), (1004, 7900, 100), (1004, 7844, 101), (1004, 7521, 100), (1004, 7499, 101);

SELECT (SELECT count(*) FROM employee) AS employees, (SELECT count(*) FROM department) AS departments,
       (SELECT count(*) FROM project) AS projects, (SELECT count(*) FROM role) AS roles,
       (SELECT count(*) FROM salary_grade) AS grades, (SELECT count(*) FROM participation) AS participations;

-- Scott, his three participations, and nothing else.
SELECT depth, relation, key, via, shared FROM gdpr_collect('employee', 7788) ORDER BY depth, relation::text, key;

-- Jones, who is boss of two people, takes none of them along.
SELECT depth, relation, key, via, shared FROM gdpr_collect('employee', 7566) ORDER BY depth, relation::text, key;

-- Everybody: each row once, and only the two tables that hold rows of people.
SELECT relation, count(*), count(DISTINCT key), bool_or(shared) AS any_shared
FROM gdpr_collect('employee', (SELECT array_agg(empno) FROM employee))
GROUP BY relation ORDER BY relation::text;

-- What else there is around a person is context: shown with a name, never walked.
SELECT depth, link, kind, reviewed FROM gdpr_graph('employee') ORDER BY depth NULLS LAST, link;

-- Whoever starts from a department says that a department is the subject. Then its three employees are its own; the two whom King
-- leads elsewhere belong to other departments too, and are shared.
SELECT relation, shared, count(*) FROM gdpr_collect('department', 10) GROUP BY relation, shared ORDER BY relation::text, shared;

-- Registered subjects are people, and people belong to no department.
SELECT gdpr_register('employee', subject => true);
SELECT relation, shared, count(*) FROM gdpr_collect('department', 10) GROUP BY relation, shared ORDER BY relation::text, shared;

SET client_min_messages = warning;
DROP SCHEMA s02 CASCADE;
