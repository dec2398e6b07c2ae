<?php
declare(strict_types=1);

namespace XeroConnector\Database;

/** The add-on's own tables: made when it is installed, gone when it is uninstalled. */
final class Tables
{
    private const SETTING = 'CREATE TABLE IF NOT EXISTS {xero_connector_setting} (
        name VARCHAR(32) NOT NULL,
        value TEXT NOT NULL,
        PRIMARY KEY (name)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8';
    private const CHANGE = 'CREATE TABLE IF NOT EXISTS {xero_connector_change} (
        kind VARCHAR(10) NOT NULL,
        record_id INT UNSIGNED NOT NULL,
        changed INT UNSIGNED NOT NULL,
        PRIMARY KEY (kind, record_id)
    ) ENGINE=InnoDB DEFAULT CHARSET=ascii';
    private const DELETED = 'CREATE TABLE IF NOT EXISTS {xero_connector_deleted} (
        order_id INT UNSIGNED NOT NULL,
        record MEDIUMTEXT NOT NULL,
        placed INT UNSIGNED NOT NULL,
        deleted INT UNSIGNED NOT NULL,
        PRIMARY KEY (order_id),
        KEY deleted (deleted)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8';
    private const DROP = 'DROP TABLE IF EXISTS {xero_connector_setting}, {xero_connector_change},
        {xero_connector_deleted}';

    /** @var Query */
    private $query;

    /** @var CommonTables */
    private $common;

    public function __construct(Query $query)
    {
        $this->query = $query;
        $this->common = new CommonTables($query);
    }

    public function make(): void
    {
        $this->common->make();
        $this->query->run(self::SETTING);
        $this->query->run(self::CHANGE);
        $this->query->run(self::DELETED);
    }

    public function drop(): void
    {
        $this->common->drop();
        $this->query->run(self::DROP);
    }
}
