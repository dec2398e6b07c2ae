<?php
declare(strict_types=1);

namespace XeroConnector\Reading;

use XeroConnector\CsCart;
use XeroConnector\Database\Query;

/** Whole orders: so many statements for a page as for one. */
final class Orders
{
    private const READ = 'SELECT * FROM {orders} WHERE order_id IN (:ids)';

    /** @var Query */
    private $query;

    /** @var OrderParts */
    private $parts;

    /** @var Sendings */
    private $sendings;

    /** @var Names */
    private $names;

    /** @var CsCart */
    private $shop;

    public function __construct(Query $query, OrderParts $parts, Sendings $sendings, Names $names, CsCart $shop)
    {
        $this->query = $query;
        $this->parts = $parts;
        $this->sendings = $sendings;
        $this->names = $names;
        $this->shop = $shop;
    }

    /**
     * @param array<int, int> $ids
     * @return array<int, array<string, mixed>> by id
     */
    public function read(array $ids): array
    {
        if ($ids === []) {
            return [];
        }
        $rows = $this->query->rows(self::READ, ['ids' => $ids]);
        $data = $this->parts->data($ids);
        $details = $this->parts->details($ids);
        $shipments = $this->sendings->shipments($ids);
        $payments = $this->parts->payments(Rows::ids('payment_id', $rows));
        $records = [];
        $unnamed = [];
        foreach ($rows as $row) {
            $id = (int) $row['order_id'];
            $records[$id] = new OrderRecord($row, $data[$id] ?? []);
            $unnamed = array_merge($unnamed, $records[$id]->unnamedShippings());
        }
        $shippings = $this->parts->shippings(array_values(array_unique($unnamed)));
        $orders = [];
        foreach ($rows as $row) {
            $id = (int) $row['order_id'];
            $sent = self::sent($shipments[$id] ?? []);
            $order = $records[$id]->made($details[$id] ?? [], $shippings, $sent, [$this->shop, 'decrypt']);
            $order['payment_method'] = $payments[$row['payment_id']] ?? [];
            $orders[$id] = $order + $this->places($row);
        }
        return $this->besides($orders, $shipments);
    }

    /**
     * The same orders as CS-Cart's own function makes them, one after the other.
     *
     * @param array<int, int> $ids
     * @return array<int, array<string, mixed>> by id
     */
    public function readByShop(array $ids): array
    {
        $orders = [];
        foreach ($ids as $id) {
            $order = $this->shop->order($id);
            if ($order !== []) {
                $method = is_array($order['payment_method'] ?? null) ? $order['payment_method'] : [];
                $info = is_array($order['payment_info'] ?? null) ? $order['payment_info'] : [];
                $own = ['payment_method' => Secrets::without($method), 'payment_info' => Secrets::ofPayment($info)];
                $orders[$id] = $own + Secrets::without($order);
            }
        }
        return $orders === [] ? [] : $this->besides($orders, $this->sendings->shipments(array_keys($orders)));
    }

    /** What the REST API lacks, and what lists of it have and single orders of some versions have not. */
    private function besides(array $orders, array $shipments): array
    {
        $ids = array_keys($orders);
        $returns = $this->sendings->returns($ids);
        $documents = $this->parts->documents($ids);
        $fields = $this->parts->fields($ids);
        $statuses = $this->names->statuses();
        foreach ($orders as $id => $order) {
            $papers = $documents[$id] ?? [];
            $orders[$id] = [
                'doc_ids' => $papers,
                'invoice_id' => $papers['I'] ?? null,
                'credit_memo_id' => $papers['C'] ?? null,
                'fields' => $fields[$id] ?? [],
                'returns' => $returns[$id] ?? [],
                'shipments' => $shipments[$id] ?? [],
                'x_base_currency' => $this->shop->baseCurrency(),
                'x_company' => $this->names->company((string) ($order['company_id'] ?? '')),
                'x_status_name' => $statuses[$order['status'] ?? ''] ?? '',
            ] + $order;
        }
        return $orders;
    }

    /** @return array<string, string> */
    private function places(array $row): array
    {
        $places = [];
        foreach (['b_', 's_'] as $side) {
            $country = (string) ($row[$side . 'country'] ?? '');
            $places[$side . 'country_descr'] = $this->names->country($country);
            $places[$side . 'state_descr'] = $this->names->state($country, (string) ($row[$side . 'state'] ?? ''));
        }
        return $places;
    }

    /** @return array<string, int> how many of each item left */
    private static function sent(array $shipments): array
    {
        $sent = [];
        foreach ($shipments as $shipment) {
            foreach ($shipment['products'] as $item => $amount) {
                $sent[$item] = ($sent[$item] ?? 0) + (int) $amount;
            }
        }
        return $sent;
    }
}
