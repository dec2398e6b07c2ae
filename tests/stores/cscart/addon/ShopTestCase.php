<?php
declare(strict_types=1);

namespace XeroConnector\Tests;

use mysqli;
use PHPUnit\Framework\TestCase;
use Tygh\Registry;
use XeroConnector\Connector;
use XeroConnector\Wire\Answer;
use XeroConnector\Wire\Signature;

/** Each test has a shop of its own with the add-on installed, in a MariaDB that answers on 127.0.0.1. */
abstract class ShopTestCase extends TestCase
{
    protected const NOW = 1796000000;

    /** @var string */
    private static $name;

    /** What each shop has from the start. */
    private const FILLED = [
        'cs_country_descriptions', 'cs_states', 'cs_state_descriptions', 'cs_companies', 'cs_statuses',
        'cs_status_descriptions', 'cs_status_data',
    ];

    /** @var bool */
    private static $isBuilt = false;

    /** @var Recorder */
    protected $sender;

    /** @var StoppedClock */
    protected $clock;

    public static function setUpBeforeClass(): void
    {
        mysqli_report(MYSQLI_REPORT_ERROR | MYSQLI_REPORT_STRICT);
        $host = getenv('MARIADB_HOST') ?: '127.0.0.1';
        $user = getenv('MARIADB_USER') ?: 'root';
        $port = (int) (getenv('MARIADB_PORT') ?: 3306);
        CsCartState::$connection = new mysqli($host, $user, getenv('MARIADB_PASSWORD') ?: '', '', $port);
        CsCartState::$connection->set_charset('utf8');
        self::$isBuilt = false;
        self::$name = 'xero_connector_test_' . getmypid() . '_' . bin2hex(random_bytes(4));
    }

    public static function tearDownAfterClass(): void
    {
        CsCartState::$connection->query('DROP DATABASE IF EXISTS ' . self::$name);
        CsCartState::$connection->close();
    }

    protected function setUp(): void
    {
        $this->sender = new Recorder();
        $this->clock = new StoppedClock();
        Registry::$values = [
            'settings.Company.company_name' => 'Tea shop',
            'settings.Appearance.timezone' => 'Europe/London',
            'settings.Checkout.tax_calculation' => 'subtotal',
            'currencies' => [
                'USD' => ['currency_code' => 'USD', 'coefficient' => '1.00000', 'is_primary' => 'Y', 'symbol' => '$'],
            ],
            'runtime.company_id' => 0,
        ];
        if (self::$isBuilt) {
            $this->clear();
        } else {
            $this->build();
        }
        $this->connector()->install();
        foreach (['statements', 'logged', 'notifications', 'statusChanges', 'orders'] as $kept) {
            CsCartState::$$kept = [];
        }
    }

    /** As each request of the shop makes it anew. */
    protected function connector(): Connector
    {
        return new Connector($this->sender, $this->clock);
    }

    /** Tables as CS-Cart makes them, MyISAM. */
    private function build(): void
    {
        $connection = CsCartState::$connection;
        $connection->query('DROP DATABASE IF EXISTS ' . self::$name);
        $connection->query('CREATE DATABASE ' . self::$name . ' CHARACTER SET utf8');
        $connection->select_db(self::$name);
        $connection->query("SET SESSION sql_mode = 'NO_ENGINE_SUBSTITUTION', default_storage_engine = 'MyISAM'");
        $connection->multi_query(file_get_contents(__DIR__ . '/tables.sql'));
        while ($connection->more_results()) {
            $connection->next_result();
        }
        self::$isBuilt = true;
    }

    /** Making tables takes most of a test's time: those of the test before are used again, empty. */
    private function clear(): void
    {
        foreach ($this->rows('SHOW TABLES') as $row) {
            $table = array_values($row)[0];
            if (!in_array($table, self::FILLED, true) && $this->rows("SELECT 1 FROM $table LIMIT 1") !== []) {
                CsCartState::$connection->query('TRUNCATE ' . $table);
            }
        }
    }

    /** @return array<int, array<string, string|null>> */
    protected function rows(string $sql): array
    {
        return CsCartState::$connection->query($sql)->fetch_all(MYSQLI_ASSOC);
    }

    protected function put(string $sql): int
    {
        if (preg_match('/^(DROP|ALTER|CREATE) /', $sql)) {
            self::$isBuilt = false;
        }
        CsCartState::$connection->query($sql);
        return (int) CsCartState::$connection->insert_id;
    }

    protected function quoted($value): string
    {
        return "'" . CsCartState::$connection->real_escape_string((string) $value) . "'";
    }

    /** An order of two pots of tea, with a tax inside its price. */
    protected function order(int $placed = self::NOW - 1000, string $status = 'P', int $changed = 0): int
    {
        $id = $this->put("INSERT INTO cs_orders (total, subtotal, timestamp, updated_at, status, b_country, b_state,
            payment_id, email) VALUES (12, 12, $placed, $changed, '$status', 'US', 'MA', 1, 'a@example.com')");
        $extra = $this->quoted(serialize(['product' => 'Tea', 'base_price' => '6.00', 'discount' => 0]));
        $this->put("INSERT INTO cs_order_details VALUES (1234567890, $id, 7, 'TEA', 6, 2, $extra)");
        $taxes = serialize([6 => ['rate_type' => 'P', 'rate_value' => '20.000', 'price_includes_tax' => 'Y',
            'priority' => 0, 'tax_subtotal' => 2, 'description' => 'VAT',
            'applies' => ['P' => 2, 'S' => 0, 'items' => ['S' => [], 'P' => ['1234567890' => true]]]]]);
        $this->data($id, 'T', $taxes);
        $this->data($id, 'R', serialize('EUR'));
        return $id;
    }

    protected function data(int $order, string $letter, string $text): void
    {
        $this->put("INSERT INTO cs_order_data (order_id, type, data)
            VALUES ($order, '$letter', {$this->quoted($text)})");
    }

    protected function product(string $code, int $amount = 3, string $tracking = 'B'): int
    {
        $id = $this->put("INSERT INTO cs_products (product_code, amount, tracking, timestamp, updated_timestamp, tax_ids)
            VALUES ({$this->quoted($code)}, $amount, '$tracking', 1000, 2000, '6,7')");
        $this->put("INSERT INTO cs_product_descriptions VALUES ($id, 'en', 'Tea', '', '<p>Good &amp; strong</p>')");
        return $id;
    }

    /** @return array<string, mixed> $_SERVER of a request that is signed right */
    protected function signed(string $body, array $other = []): array
    {
        $settings = $this->connector()->settings();
        $facts = $other + [
            'timestamp' => (string) $this->clock->now,
            'nonce' => bin2hex(random_bytes(16)),
            'secret' => $settings->get('secret'),
            'key' => $settings->get('key'),
        ];
        $signature = Signature::ofRequest($facts['secret'], $facts['timestamp'], $facts['nonce'], $body);
        return [
            'REQUEST_METHOD' => 'POST',
            'CONTENT_LENGTH' => (string) strlen($body),
            'HTTP_X_CONNECTOR_KEY' => $facts['key'],
            'HTTP_X_CONNECTOR_TIMESTAMP' => $facts['timestamp'],
            'HTTP_X_CONNECTOR_NONCE' => $facts['nonce'],
            'HTTP_X_CONNECTOR_SIGNATURE' => $signature,
        ];
    }

    protected function serve(array $server, string $body): Answer
    {
        return $this->connector()->api()->serve($server, 'data://text/plain;base64,' . base64_encode($body));
    }

    /** @return array<string, mixed> the answer, with its status of HTTP under "http" */
    protected function call(string $name, array $parameters = []): array
    {
        $body = json_encode(['call' => $name] + $parameters);
        $answer = $this->serve($this->signed($body), $body);
        return json_decode($answer->body(), true) + ['http' => $answer->status()];
    }

    protected function pair(): void
    {
        $address = 'https://x.example.com/hooks/s';
        $this->call('pair', ['callback' => $address, 'app' => $address, 'store' => 's', 'reach' => false]);
    }

    /** @return string all that the shop holds, but what a known caller's request leaves of itself */
    protected function everything(): string
    {
        $all = [];
        foreach ($this->rows('SHOW TABLES') as $row) {
            $table = array_values($row)[0];
            $left = in_array($table, ['cs_xero_connector_nonce', 'cs_xero_connector_setting'], true);
            $all[$table] = $left ? [] : $this->rows('SELECT * FROM ' . $table);
        }
        return json_encode($all);
    }
}
