<?php
declare(strict_types=1);

namespace XeroConnector\Books;

use XeroConnector\Database\Query;

/** The accounts in Xero of single products, where they differ from those that the connector would take. */
final class ProductAccounts
{
    private const SHAPE = '/^[A-Za-z0-9][A-Za-z0-9 ._-]{0,9}$/D';
    private const READ = 'SELECT sales_account, purchase_account FROM {xero_connector_product_account}
        WHERE product_id = :id';
    private const KEEP = 'REPLACE INTO {xero_connector_product_account} (product_id, sales_account, purchase_account)
        VALUES (:id, :sales, :purchase)';
    private const DROP = 'DELETE FROM {xero_connector_product_account} WHERE product_id = :id';

    /** @var Query */
    private $query;

    public function __construct(Query $query)
    {
        $this->query = $query;
    }

    /** @return array{sales_account: string, purchase_account: string} */
    public function of(int $productId): array
    {
        return $this->query->row(self::READ, ['id' => $productId]) ?? ['sales_account' => '', 'purchase_account' => ''];
    }

    /** @return bool whether it is none, or could be the code of an account */
    public static function isCode(string $code): bool
    {
        return $code === '' || preg_match(self::SHAPE, $code) === 1;
    }

    /** Keeps two codes of accounts; with both "" the product has none of its own. */
    public function keep(int $productId, string $sales, string $purchase): void
    {
        if ($sales === '' && $purchase === '') {
            $this->drop($productId);
            return;
        }
        $this->query->run(self::KEEP, ['id' => $productId, 'sales' => $sales, 'purchase' => $purchase]);
    }

    public function drop(int $productId): void
    {
        $this->query->run(self::DROP, ['id' => $productId]);
    }
}
