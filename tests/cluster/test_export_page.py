"""S100, S102. The page for the person in a real browser: no script and no error, nothing from outside, no sideways scrolling on a phone,
light and dark, legible, printable.

The browser is asked through a page around the page: it holds it in a frame as wide as a screen, looks into it, and writes down what it
sees. That the browser would tell of an error, and that the measures measure, is tested with pages that are broken on purpose.
"""

import json
import re
import shutil
import subprocess
import zlib

import pytest

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium")

SHOP = """
CREATE TABLE customer (id int PRIMARY KEY, name text, email text, born date, joined timestamptz, regular boolean, points int, credit numeric,
    nickname text, title text, settings jsonb, interests text[], call_after time, photo bytea, "<i>note</i>" text);
CREATE TABLE product (id int PRIMARY KEY, name text);
CREATE TABLE orders (id int PRIMARY KEY, customer_id int REFERENCES customer, placed timestamptz, paid boolean, wish text);
CREATE TABLE order_line (order_id int REFERENCES orders, pos int, product_id int REFERENCES product, quantity int, price numeric,
    PRIMARY KEY (order_id, pos));
CREATE TABLE returned (order_id int, pos int, on_day date, reason text, FOREIGN KEY (order_id, pos) REFERENCES order_line);
CREATE TABLE message (id int PRIMARY KEY, sender_id int REFERENCES customer, recipient_id int REFERENCES customer, sent timestamptz, body text,
    token text);
CREATE TABLE visit (id int PRIMARY KEY, customer_id int REFERENCES customer, at timestamptz, page text, address inet, browser text, seconds int,
    referrer text, valid_until timestamptz);

INSERT INTO customer VALUES (1, 'Ada <script>document.title = "broken"</script><img src=x onerror=alert(1)>', 'ada.lovelace@analytical-engines.example.org',
    '1985-12-10', '2019-03-02 09:41:07.55+01', true, 12345, 1234567890123456789012345678901234567890.12, NULL, '',
    '{"gift_wrap": false, "delivery": {"door": "2nd floor", "windows": [{"from": 17, "on": [[["Monday"]]]}, null]}}', '{tea,porcelain}',
    '17:30', '\\x00ff', repeat('word ', 80) || repeat('w', 400) || E'\\u202e turned </style></main>'),
    (2, 'Bea', NULL, 'infinity', NULL, NULL, NULL, 'NaN', NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO product VALUES (5, 'Tea pot <b>blue</b>');
INSERT INTO orders VALUES (11, 1, '2026-05-04 14:03+02', true, NULL), (12, 1, 'infinity', false, 'no plastic'), (13, 2, now(), NULL, 'not hers');
INSERT INTO order_line VALUES (11, 1, 5, 1, 1199.95), (11, 2, 5, 30000, 0.1), (12, 1, 5, 2, 83);
INSERT INTO returned VALUES (11, 1, '2026-05-11', 'The spout had a chip');
INSERT INTO message VALUES (21, 1, 2, '2026-09-20 12:00+02', 'Do you still have my cup?', repeat('a1', 100)),
    (22, 2, 1, '2026-09-21 12:00+02', 'It broke.', 'https://tea.example/' || repeat('x', 200));
INSERT INTO visit SELECT n, 1, '2026-09-18 20:31+00', '/teapots/' || n, '2001:db8:85a3:8d3:1319:8a2e:370:7348',
    'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0', n, NULL, 'infinity' FROM generate_series(1, 3) n;

SELECT gdpr_link('customer', '{id}', 'message', '{recipient_id}', kind => 'accessor'),
    gdpr_link('product', '{id}', 'order_line', '{product_id}', kind => 'context');
SELECT gdpr_register('customer', subject => true, export => '{"label_expression": "name"}', facts => '{
        "controller": "Tea & Biscuits ApS", "contact": "privacy@tea.example", "purpose": "To deliver what you order", "category": "Name and address",
        "recipients": ["PostNord", "Nets"], "retention": "5 years", "source": "You", "automated_decisions": "None"}'),
    gdpr_register('orders', export => '{"label": "Orders <script>"}', facts => '{"purpose": "<script>alert(2)</script>"}'),
    gdpr_register('order_line'), gdpr_register('returned'), gdpr_register('message'), gdpr_register('visit'),
    gdpr_register('product', export => '{"label_expression": "name"}');
"""

# What a page around the page sees. What is hidden from the eye is no wider than a pixel.
LOOK = """
<!DOCTYPE html><meta charset=utf-8><body style="margin:0">
<iframe id=f style="border:0;width:WIDTHpx;height:800px" src="PAGE"></iframe>
<pre id=seen></pre>
<script>
const channels = colour => colour.match(/[\\d.]+/g).map(Number);
const luminance = colour => channels(colour).slice(0, 3).map(c => (c /= 255) <= .03928 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [.2126, .7152, .0722][i], 0);
f.onload = () => {
    const view = f.contentWindow, page = f.contentDocument, root = page.documentElement;
    const ground = e => !e ? "rgb(255, 255, 255)" : (channels(view.getComputedStyle(e).backgroundColor)[3] ?? 1) ? view.getComputedStyle(e).backgroundColor
        : ground(e.parentElement);
    const contrast = e => { const [a, b] = [luminance(view.getComputedStyle(e).color), luminance(ground(e))];
        return (Math.max(a, b) + .05) / (Math.min(a, b) + .05); };
    const all = [...page.body.querySelectorAll("*")], shown = all.filter(e => !e.closest(".unseen, thead, .skip"));
    const told = shown.filter(e => [...e.childNodes].some(n => n.nodeType == 3 && n.data.trim()));
    seen.textContent = JSON.stringify({
        width: root.scrollWidth, client: root.clientWidth,
        right: Math.max(...shown.map(e => e.getBoundingClientRect().right)),
        scrolled: all.filter(e => e.scrollWidth > e.clientWidth + 1 && view.getComputedStyle(e).overflowX == "auto").length,
        head: page.querySelector("table") && view.getComputedStyle(page.querySelector("thead")).position,
        contrast: Math.min(...told.map(contrast)), ground: view.getComputedStyle(page.body).backgroundColor,
        loaded: view.performance.getEntriesByType("resource").map(e => e.name),
        scripts: page.scripts.length, title: page.title, text: page.body.innerText, said: page.body.textContent,
        unnamed: all.filter(e => /^(SECTION|NAV)$/.test(e.tagName) && !page.getElementById(e.getAttribute("aria-labelledby"))?.innerText).length,
        nowhere: [...page.links].filter(a => !page.getElementById(a.hash.slice(1))).length,
    });
};
</script>
"""


def chromium(directory, *arguments):
    """What the browser writes, and what it logs: what a page's console says is logged as CONSOLE."""
    # Without --no-sandbox it does not start as root. Frames of files may look into each other: only the page around the page does.
    command = [CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--no-first-run",
               "--disable-extensions", "--allow-file-access-from-files", "--enable-logging=stderr", f"--user-data-dir={directory / 'profile'}"]
    ran = subprocess.run([*command, *arguments], check=True, capture_output=True, timeout=120)
    return ran.stdout.decode(), ran.stderr.decode(errors="replace")


def scheme(dark):
    return f"--blink-settings=preferredColorScheme={0 if dark else 1}"


def look(directory, page, width=360, dark=False):
    """What is seen of a page on a screen of that width, and what its console says."""
    (directory / "page.html").write_text(page, encoding="utf-8")
    around = directory / "around.html"
    around.write_text(LOOK.replace("WIDTH", str(width)).replace("PAGE", "page.html"))
    dom, log = chromium(directory, "--virtual-time-budget=5000", f"--window-size={width + 400},900", scheme(dark), "--dump-dom", around.as_uri())
    seen = re.search(r"<pre id=\"seen\">(.+?)</pre>", dom, re.DOTALL)
    assert seen, log
    unescaped = seen[1].replace("&lt;", "<").replace("&gt;", ">").replace("&nbsp;", "\\u00a0").replace("&amp;", "&")
    return json.loads(unescaped), [line for line in log.splitlines() if "CONSOLE" in line]


def export_of(connection, key, mode="access"):
    return connection.execute("SELECT gdpr_export_html('customer', %s, %s)", (key, mode)).fetchone()[0]


@pytest.fixture
def shop(connection):
    connection.execute("SET timezone = 'Europe/Copenhagen'")
    connection.execute(SHOP)
    return connection


@pytest.fixture
def page(shop):
    return export_of(shop, 1)


@pytest.mark.parametrize("width, dark", [(360, False), (360, True), (768, False), (1200, True)])
def test_s100_it_is_readable_on_every_screen(tmp_path, page, width, dark):
    seen, console = look(tmp_path, page, width, dark)
    assert console == []
    assert seen["client"] == width
    assert seen["width"] <= width and seen["right"] <= width
    # On a phone the rows of tables are cards, and not a strip to be pushed to and fro.
    assert width > 360 or (seen["scrolled"] == 0 and seen["head"] == "absolute")
    assert seen["contrast"] >= 4.5  # WCAG 2.2 AA, 1.4.3


def test_s100_what_somebody_typed_is_text(tmp_path, page):
    seen, console = look(tmp_path, page)
    assert console == []
    assert (seen["scripts"], seen["title"], seen["loaded"]) == (0, "Your personal data", [])
    for text in ('Ada <script>document.title = "broken"</script><img src=x onerror=alert(1)>', "<script>alert(2)</script>", "Orders <script>",
                 "turned </style></main>", "<i>note</i>"):
        assert text in seen["said"], text
    assert "not hers" not in seen["said"] and "None of" not in seen["said"]


def test_values_are_shown_to_people(tmp_path, page):
    seen, _ = look(tmp_path, page)
    for text in ("10 December 1985", "2 March 2019, 09:41 UTC+1", "4 May 2026, 14:03 UTC+2", "12\u202f345", "30\u202f000", "infinity", "17:30",
                 "(empty)", "2 bytes of data, in data.json", "Tea pot <b>blue</b>", "withheld: concerns another person", "Tea & Biscuits ApS"):
        assert text in seen["text"], text
    assert "no value" in seen["said"]
    # The product is called by its name.
    assert "Product id" not in seen["said"]


def test_every_link_leads_somewhere_and_every_part_has_a_name(tmp_path, page):
    seen, _ = look(tmp_path, page)
    assert (seen["nowhere"], seen["unnamed"]) == (0, 0)


def test_s102_nobodys_page(tmp_path, shop):
    seen, console = look(tmp_path, export_of(shop, 99))
    assert console == [] and seen["width"] <= 360 and seen["contrast"] >= 4.5
    assert "Nothing is held" in seen["text"]


def test_the_portable_page(tmp_path, shop):
    seen, console = look(tmp_path, export_of(shop, 1, "portability"))
    assert console == [] and seen["width"] <= 360
    assert "Art. 20 GDPR" in seen["text"] and "Your rights" not in seen["text"]


def test_light_and_dark_are_two_pictures(tmp_path, page):
    (tmp_path / "page.html").write_text(page, encoding="utf-8")
    colours = []
    for dark in (False, True):
        picture = tmp_path / f"{dark}.png"
        chromium(tmp_path, "--window-size=600,800", scheme(dark), f"--screenshot={picture}", (tmp_path / "page.html").as_uri())
        colours.append(colours_of(picture.read_bytes()))
    light, dark = colours
    assert max(light, key=light.get) > 200 > 100 > max(dark, key=dark.get)
    for picture in colours:
        # It is not blank: some of it is ink, and not much.
        assert .01 < 1 - max(picture.values()) / sum(picture.values()) < .5


def colours_of(png):
    """How often each brightness of green occurs in a PNG of 8 bits, RGB or RGBA. PNG specification, 9.2 and 9.4: filters."""
    assert png.startswith(b"\x89PNG")
    width, depth, kind = int.from_bytes(png[16:20]), png[24], png[25]
    assert depth == 8 and kind in (2, 6)
    size = {2: 3, 6: 4}[kind]
    data, at = b"", 8
    while at < len(png):
        length = int.from_bytes(png[at:at + 4])
        data += png[at + 8:at + 8 + length] if png[at + 4:at + 8] == b"IDAT" else b""
        at += length + 12
    raw, stride, above, counts = zlib.decompress(data), width * size, bytearray(width * size), {}
    for start in range(0, len(raw), stride + 1):
        rule, line = raw[start], bytearray(raw[start + 1:start + 1 + stride])
        for i in range(stride):
            left, up, corner = (line[i - size] if i >= size else 0), above[i], (above[i - size] if i >= size else 0)
            if rule == 4:
                guess = left + up - corner
                guess = min((left, up, corner), key=lambda value: abs(guess - value))
            else:
                guess = (0, left, up, (left + up) // 2)[rule]
            line[i] = (line[i] + guess) & 255
        for green in line[1::size]:
            counts[green] = counts.get(green, 0) + 1
        above = line
    return counts


def pages_of(directory, page):
    (directory / "page.html").write_text(page, encoding="utf-8")
    paper = directory / "page.pdf"
    chromium(directory, "--no-pdf-header-footer", f"--print-to-pdf={paper}", (directory / "page.html").as_uri())
    content = paper.read_bytes()
    assert content.startswith(b"%PDF")
    return len(re.findall(rb"/Type\s*/Page\b", content))


def test_it_prints_all_of_many_rows(tmp_path, shop):
    few = pages_of(tmp_path, export_of(shop, 1))
    shop.execute("INSERT INTO message SELECT n, 1, NULL, now(), 'message ' || n, NULL FROM generate_series(1001, 2000) n")
    many = pages_of(tmp_path, export_of(shop, 1))
    # A thousand lines of a table do not fit on twenty sheets, also those that no screen has shown.
    assert few >= 2 and many > few + 20


def test_many_rows_are_there_though_out_of_sight(tmp_path, shop):
    shop.execute("INSERT INTO message SELECT n, 1, NULL, now(), 'message ' || n, NULL FROM generate_series(1001, 3000) n")
    seen, console = look(tmp_path, export_of(shop, 1))
    assert console == [] and seen["width"] <= 360
    assert "message 3000" in seen["said"]


@pytest.mark.parametrize("broken, breaks", [
    ("<script>throw 1</script>", "console"),
    ("<img src='http://127.0.0.1:9/x.png'>", "console"),
    ("<p style='color:#999'>pale</p>", "contrast"),
    ("<p style='width:500px'>wide</p>", "width"),
])
def test_what_is_broken_would_be_seen(tmp_path, page, broken, breaks):
    seen, console = look(tmp_path, page.replace("</main>", f"{broken}</main>"))
    found = {"console": bool(console), "contrast": seen["contrast"] < 4.5, "width": seen["width"] > 360}
    assert [name for name, is_broken in found.items() if is_broken] == [breaks]
