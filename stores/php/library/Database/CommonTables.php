<?php
declare(strict_types=1);

namespace XeroConnector\Database;

/** The tables that every shop's package has: requests served of late, what happened, where records stand in Xero. */
final class CommonTables
{
    private const NONCE = 'CREATE TABLE IF NOT EXISTS {xero_connector_nonce} (
        nonce CHAR(32) NOT NULL,
        seen INT UNSIGNED NOT NULL,
        PRIMARY KEY (nonce),
        KEY seen (seen)
    ) ENGINE=InnoDB DEFAULT CHARSET=ascii';
    private const EVENT = 'CREATE TABLE IF NOT EXISTS {xero_connector_event} (
        seq BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
        kind VARCHAR(10) NOT NULL,
        record_id INT UNSIGNED NOT NULL,
        what VARCHAR(10) NOT NULL,
        happened INT UNSIGNED NOT NULL,
        PRIMARY KEY (seq),
        KEY happened (happened)
    ) ENGINE=InnoDB DEFAULT CHARSET=ascii';
    private const STATE = 'CREATE TABLE IF NOT EXISTS {xero_connector_state} (
        kind VARCHAR(10) NOT NULL,
        record_id INT UNSIGNED NOT NULL,
        state VARCHAR(10) NOT NULL,
        number VARCHAR(64) NOT NULL,
        url VARCHAR(500) NOT NULL,
        reason VARCHAR(1000) NOT NULL,
        said VARCHAR(40) NOT NULL,
        PRIMARY KEY (kind, record_id),
        KEY state (state)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4';
    private const DROP = 'DROP TABLE IF EXISTS {xero_connector_nonce}, {xero_connector_event}, {xero_connector_state}';

    /** @var Query */
    private $query;

    public function __construct(Query $query)
    {
        $this->query = $query;
    }

    public function make(): void
    {
        $this->query->run(self::NONCE);
        $this->query->run(self::EVENT);
        $this->query->run(self::STATE);
    }

    public function drop(): void
    {
        $this->query->run(self::DROP);
    }
}
