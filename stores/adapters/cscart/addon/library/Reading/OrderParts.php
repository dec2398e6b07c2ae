<?php
declare(strict_types=1);

namespace XeroConnector\Reading;

use XeroConnector\CsCart;
use XeroConnector\Database\Query;

/** What belongs to orders beside their row, one statement a table for all of them. */
final class OrderParts
{
    private const DETAILS = 'SELECT d.*, d.price * d.amount AS subtotal, pd.product AS described,
          p.status AS product_status
        FROM {order_details} d
        LEFT JOIN {products} p ON p.product_id = d.product_id
        LEFT JOIN {product_descriptions} pd ON pd.product_id = d.product_id AND pd.lang_code = :language
        WHERE d.order_id IN (:ids) ORDER BY d.order_id, d.item_id';
    private const DATA = 'SELECT order_id, type, data FROM {order_data} WHERE order_id IN (:ids)';
    private const DOCUMENTS = 'SELECT order_id, type, doc_id FROM {order_docs} WHERE order_id IN (:ids)
        ORDER BY doc_id';
    private const FIELDS = "SELECT object_id AS order_id, field_id, value FROM {profile_fields_data}
        WHERE object_type = 'O' AND object_id IN (:ids) ORDER BY field_id";
    private const PAYMENTS = "SELECT p.*, COALESCE(d.payment, '') AS payment,
          COALESCE(d.description, '') AS description, COALESCE(d.surcharge_title, '') AS surcharge_title,
          COALESCE(pp.processor, '') AS processor
        FROM {payments} p
        LEFT JOIN {payment_descriptions} d ON d.payment_id = p.payment_id AND d.lang_code = :language
        LEFT JOIN {payment_processors} pp ON pp.processor_id = p.processor_id
        WHERE p.payment_id IN (:ids)";
    private const SHIPPINGS = 'SELECT shipping_id, shipping FROM {shipping_descriptions}
        WHERE lang_code = :language AND shipping_id IN (:ids)';

    /** @var Query */
    private $query;

    /** @var CsCart */
    private $shop;

    public function __construct(Query $query, CsCart $shop)
    {
        $this->query = $query;
        $this->shop = $shop;
    }

    /**
     * @param array<int, int> $ids
     * @return array<int, array<int, array<string, string|null>>> rows of products by order
     */
    public function details(array $ids): array
    {
        $values = ['ids' => $ids, 'language' => $this->shop->language()];
        return Rows::by('order_id', $this->query->rows(self::DETAILS, $values));
    }

    /**
     * @param array<int, int> $ids
     * @return array<int, array<string, string>> the stored text by order and by type, a letter
     */
    public function data(array $ids): array
    {
        $data = [];
        foreach ($this->query->rows(self::DATA, ['ids' => $ids]) as $row) {
            $data[(int) $row['order_id']][(string) $row['type']] = (string) $row['data'];
        }
        return $data;
    }

    /**
     * @param array<int, int> $ids
     * @return array<int, array<string, string>> numbers of printed documents by order and by type
     */
    public function documents(array $ids): array
    {
        $documents = [];
        foreach ($this->query->rows(self::DOCUMENTS, ['ids' => $ids]) as $row) {
            $documents[(int) $row['order_id']][(string) $row['type']] = (string) $row['doc_id'];
        }
        return $documents;
    }

    /**
     * @param array<int, int> $ids
     * @return array<int, array<string, string>> profile fields of the merchant's own by order and by field
     */
    public function fields(array $ids): array
    {
        $fields = [];
        foreach ($this->query->rows(self::FIELDS, ['ids' => $ids]) as $row) {
            $fields[(int) $row['order_id']][(string) $row['field_id']] = (string) $row['value'];
        }
        return $fields;
    }

    /**
     * @param array<int, int> $ids of payment methods
     * @return array<int, array<string, string|null>>
     */
    public function payments(array $ids): array
    {
        $rows = $this->query->rows(self::PAYMENTS, ['ids' => $ids, 'language' => $this->shop->language()]);
        return array_column(array_map([Secrets::class, 'without'], $rows), null, 'payment_id');
    }

    /**
     * @param array<int, int> $ids of ways of shipping
     * @return array<int, string> their names
     */
    public function shippings(array $ids): array
    {
        $rows = $this->query->rows(self::SHIPPINGS, ['ids' => $ids, 'language' => $this->shop->language()]);
        return array_column($rows, 'shipping', 'shipping_id');
    }
}
