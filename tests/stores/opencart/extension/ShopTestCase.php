<?php
declare(strict_types=1);

namespace XeroConnector\Tests;

use mysqli;
use PHPUnit\Framework\TestCase;

/** Each test has a shop of its own, in a MariaDB that answers on 127.0.0.1. Without one the tests fail. */
abstract class ShopTestCase extends TestCase
{
    /** @var mysqli */
    private static $connection;

    /** @var string */
    private static $name;

    /** What each shop has from the start. */
    private const FILLED = [
        'shop_language', 'shop_country', 'shop_zone', 'shop_order_status', 'shop_customer_group_description',
    ];

    /** @var bool */
    private static $isBuilt = false;

    /** @var Shop */
    protected $shop;

    public static function setUpBeforeClass(): void
    {
        mysqli_report(MYSQLI_REPORT_ERROR | MYSQLI_REPORT_STRICT);
        $host = getenv('MARIADB_HOST') ?: '127.0.0.1';
        $user = getenv('MARIADB_USER') ?: 'root';
        $port = (int) (getenv('MARIADB_PORT') ?: 3306);
        self::$connection = new mysqli($host, $user, getenv('MARIADB_PASSWORD') ?: '', '', $port);
        self::$connection->set_charset('utf8');
        self::$isBuilt = false;
        self::$name = 'xero_connector_test_' . getmypid() . '_' . bin2hex(random_bytes(4));
    }

    public static function tearDownAfterClass(): void
    {
        self::$connection->query('DROP DATABASE IF EXISTS ' . self::$name);
        self::$connection->close();
    }

    protected function setUp(): void
    {
        if (self::$isBuilt) {
            $this->clear();
        } else {
            $this->build();
        }
        $this->shop = new Shop(self::$connection);
    }

    protected function tearDown(): void
    {
        foreach ($this->shop->db->statements as $statement) {
            if (preg_match('/^(DROP|ALTER) /', $statement)) {
                self::$isBuilt = false;
            }
        }
    }

    /** Tables like those of OpenCart 3, MyISAM as it makes them. */
    private function build(): void
    {
        self::$connection->query('DROP DATABASE IF EXISTS ' . self::$name);
        self::$connection->query('CREATE DATABASE ' . self::$name . ' CHARACTER SET utf8mb4');
        self::$connection->select_db(self::$name);
        self::$connection->query("SET SESSION sql_mode = 'NO_ENGINE_SUBSTITUTION', default_storage_engine = 'MyISAM'");
        self::$connection->multi_query(file_get_contents(__DIR__ . '/tables.sql'));
        while (self::$connection->more_results()) {
            self::$connection->next_result();
        }
        self::$isBuilt = true;
    }

    /** Making tables takes most of a test's time: those of the test before are used again, empty. */
    private function clear(): void
    {
        foreach ($this->rows('SHOW TABLES') as $row) {
            $table = array_values($row)[0];
            if (!in_array($table, self::FILLED, true) && $this->rows("SELECT 1 FROM $table LIMIT 1") !== []) {
                self::$connection->query('TRUNCATE ' . $table);
            }
        }
    }

    /** @return array<int, array<string, string>> */
    protected function rows(string $sql): array
    {
        return self::$connection->query($sql)->fetch_all(MYSQLI_ASSOC);
    }

    protected function put(string $sql): int
    {
        if (preg_match('/^(DROP|ALTER|CREATE) /', $sql)) {
            self::$isBuilt = false;
        }
        self::$connection->query($sql);
        return (int) self::$connection->insert_id;
    }

    /** An order with a line and a total, placed and changed at moments of the shop's clock. */
    protected function order(string $changed = '2026-11-01 10:00:00', int $status = 1, ?string $placed = null): int
    {
        $placed = $placed ?? $changed;
        $id = $this->put("INSERT INTO shop_order (order_status_id, custom_field, payment_custom_field, comment,
            total, date_added, date_modified) VALUES ($status, '[]', '[]', '', 12, '$placed', '$changed')");
        $this->put("INSERT INTO shop_order_product (order_id, product_id, name, quantity, price, total)
            VALUES ($id, 1, 'Tea', 2, 5, 10)");
        $this->put("INSERT INTO shop_order_total (order_id, code, title, value, sort_order)
            VALUES ($id, 'sub_total', 'Sub-Total', 10, 1), ($id, 'total', 'Total', 12, 9)");
        $this->put("INSERT INTO shop_order_history (order_id, order_status_id, comment, date_added)
            VALUES ($id, $status, '', '$placed')");
        return $id;
    }

    protected function product(string $sku, int $quantity = 3, string $model = 'M'): int
    {
        return $this->put("INSERT INTO shop_product (model, sku, quantity, date_added, date_modified)
            VALUES ('$model', '$sku', $quantity, '2026-01-01 00:00:00', '2026-02-01 00:00:00')");
    }

    /** @return string all that the shop holds, but what a known caller's request leaves of itself */
    protected function everything(): string
    {
        $all = [];
        foreach ($this->rows('SHOW TABLES') as $row) {
            $table = array_values($row)[0];
            $all[$table] = $table === 'shop_xero_connector_nonce' ? [] : $this->rows('SELECT * FROM ' . $table);
        }
        return json_encode($all);
    }
}
