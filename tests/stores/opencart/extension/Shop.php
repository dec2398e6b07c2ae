<?php
declare(strict_types=1);

namespace XeroConnector\Tests;

use mysqli;
use XeroConnector\Connector;
use XeroConnector\Platform;
use XeroConnector\Wire\Answer;
use XeroConnector\Wire\Signature;

/** The database object that OpenCart has, over a real MariaDB, which counts what it is asked. */
final class Database
{
    /** @var mysqli */
    private $connection;

    /** @var array<int, string> */
    public $statements = [];

    /** @var callable|null what happens before a statement */
    public $before;

    public function __construct(mysqli $connection)
    {
        $this->connection = $connection;
    }

    public function query(string $sql)
    {
        $this->statements[] = $sql;
        if ($this->before !== null) {
            ($this->before)($sql);
        }
        $result = $this->connection->query($sql);
        if ($result === true) {
            return true;
        }
        $rows = $result->fetch_all(MYSQLI_ASSOC);
        return (object) ['num_rows' => count($rows), 'row' => $rows[0] ?? [], 'rows' => $rows];
    }

    public function escape(string $value): string
    {
        return $this->connection->real_escape_string($value);
    }

    public function countAffected(): int
    {
        return $this->connection->affected_rows;
    }
}

/** OpenCart's config. */
final class Config
{
    /** @var array<string, mixed> */
    public $values = ['config_language' => 'en-gb', 'config_admin_language' => 'en-gb', 'config_currency' => 'USD'];

    public function get(string $name)
    {
        return $this->values[$name] ?? null;
    }
}

/** What OpenCart can do, as far as the library asks; a history entry is written as the shop's model writes it. */
final class Platform3 implements Platform
{
    /** @var Database */
    private $database;

    /** @var array<int, string> */
    public $logged = [];

    public function __construct(Database $database)
    {
        $this->database = $database;
    }

    public function version(): string
    {
        return '3.0.5.1';
    }

    public function address(): string
    {
        return 'https://shop.example.com';
    }

    public function title(string $type, string $code): string
    {
        return '<b>' . ucfirst($code) . '</b>';
    }

    public function addHistory(int $orderId, int $statusId, string $comment, bool $notify): void
    {
        $text = $this->database->escape($comment);
        $this->database->query("UPDATE shop_order SET order_status_id = $statusId WHERE order_id = $orderId");
        $this->database->query("INSERT INTO shop_order_history (order_id, order_status_id, comment, date_added)
            VALUES ($orderId, $statusId, '$text', NOW())");
    }

    public function forgetProducts(): void
    {
    }

    public function log(string $message): void
    {
        $this->logged[] = $message;
    }
}

/** A shop with the extension installed, and a connector that speaks to it. */
final class Shop
{
    /** @var Database */
    public $db;

    /** @var Config */
    public $config;

    /** @var Platform3 */
    public $platform;

    /** @var Recorder */
    public $sender;

    /** @var StoppedClock */
    public $clock;

    public function __construct(mysqli $connection)
    {
        $this->db = new Database($connection);
        $this->config = new Config();
        $this->platform = new Platform3($this->db);
        $this->sender = new Recorder();
        $this->clock = new StoppedClock();
        $this->connector()->install();
    }

    /** As each request of the shop makes it anew. */
    public function connector(): Connector
    {
        return new Connector($this->db, 'shop_', $this->config, $this->platform, $this->sender, $this->clock);
    }

    /** @return array<string, mixed> $_SERVER of a request that is signed right */
    public function signed(string $body, array $other = []): array
    {
        $settings = $this->connector()->settings();
        $facts = $other + [
            'timestamp' => (string) $this->clock->now,
            'nonce' => bin2hex(random_bytes(16)),
            'secret' => $settings->get('secret'),
            'key' => $settings->get('key'),
        ];
        return [
            'REQUEST_METHOD' => 'POST',
            'CONTENT_LENGTH' => (string) strlen($body),
            'HTTP_X_CONNECTOR_KEY' => $facts['key'],
            'HTTP_X_CONNECTOR_TIMESTAMP' => $facts['timestamp'],
            'HTTP_X_CONNECTOR_NONCE' => $facts['nonce'],
            'HTTP_X_CONNECTOR_SIGNATURE' => Signature::ofRequest(
                $facts['secret'],
                $facts['timestamp'],
                $facts['nonce'],
                $body
            ),
        ];
    }

    public function serve(array $server, string $body): Answer
    {
        return $this->connector()->api()->serve($server, 'data://text/plain;base64,' . base64_encode($body));
    }

    /** @return array<string, mixed> the answer, with its status of HTTP under "http" */
    public function call(string $name, array $parameters = []): array
    {
        $body = json_encode(['call' => $name] + $parameters);
        $answer = $this->serve($this->signed($body), $body);
        return json_decode($answer->body(), true) + ['http' => $answer->status()];
    }
}
