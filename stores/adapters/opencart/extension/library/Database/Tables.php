<?php
declare(strict_types=1);

namespace XeroConnector\Database;

/** The extension's own tables: made when it is installed, gone when it is uninstalled. */
final class Tables
{
    private const DELETED = 'CREATE TABLE IF NOT EXISTS {xero_connector_deleted} (
        order_id INT UNSIGNED NOT NULL,
        record MEDIUMTEXT NOT NULL,
        deleted_on DATETIME NOT NULL,
        PRIMARY KEY (order_id)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4';
    private const PRODUCT_ACCOUNT = 'CREATE TABLE IF NOT EXISTS {xero_connector_product_account} (
        product_id INT UNSIGNED NOT NULL,
        sales_account VARCHAR(10) NOT NULL,
        purchase_account VARCHAR(10) NOT NULL,
        PRIMARY KEY (product_id)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4';
    private const DROP = 'DROP TABLE IF EXISTS {xero_connector_deleted}, {xero_connector_product_account}';

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
        $this->query->run(self::DELETED);
        $this->query->run(self::PRODUCT_ACCOUNT);
    }

    public function drop(): void
    {
        $this->common->drop();
        $this->query->run(self::DROP);
    }
}
