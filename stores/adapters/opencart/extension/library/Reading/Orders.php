<?php
declare(strict_types=1);

namespace XeroConnector\Reading;

use XeroConnector\Database\Query;

/**
 * Whole orders, as many as are asked for, in a number of statements that does not depend on how many.
 *
 * An order is what the shop stores of it, table by table; what is looked up beside that is under a key of its own
 * (PROTOCOL.md).
 */
final class Orders
{
    private const HEADS = 'SELECT o.*, s.name AS x_status_name, g.name AS x_customer_group FROM {order} o
        LEFT JOIN {order_status} s ON s.order_status_id = o.order_status_id AND s.language_id = :language
        LEFT JOIN {customer_group_description} g
          ON g.customer_group_id = o.customer_group_id AND g.language_id = :language
        WHERE o.order_id IN (:ids)';

    /** @var Query */
    private $query;

    /** @var OrderParts */
    private $parts;

    /** @var Places */
    private $places;

    /** @var Languages */
    private $languages;

    /** @var CustomFields */
    private $fields;

    public function __construct(
        Query $query,
        OrderParts $parts,
        Places $places,
        Languages $languages,
        CustomFields $fields
    ) {
        $this->query = $query;
        $this->parts = $parts;
        $this->places = $places;
        $this->languages = $languages;
        $this->fields = $fields;
    }

    /**
     * As of one moment; not to be called in an event of the shop.
     *
     * @param array<int, int> $ids
     * @return array<int, array<string, mixed>> by id; none for one that is not there
     */
    public function asOfNow(array $ids): array
    {
        return $this->query->asOfNow(function () use ($ids): array {
            return $this->read($ids);
        });
    }

    /**
     * Table by table, in whatever transaction the shop is in.
     *
     * @param array<int, int> $ids
     * @return array<int, array<string, mixed>> by id; none for one that is not there
     */
    public function read(array $ids): array
    {
        $values = ['ids' => $ids, 'language' => $this->languages->admin()];
        $heads = Text::rows($this->query->rows(self::HEADS, $values));
        $parts = $this->parts->of(Rows::ids('order_id', $heads));
        $orders = [];
        foreach ($this->withPlaces($heads) as $head) {
            $group = (string) $head['x_customer_group'];
            unset($head['x_customer_group']);
            $id = (int) $head['order_id'];
            $orders[$id] = ['order' => $head] + $parts[$id] + [
                'x_customer_group' => $group,
                'x_custom_fields' => $this->fields->of($head),
            ];
        }
        return $orders;
    }

    /** @return array<int, array<string, string|null>> */
    private function withPlaces(array $heads): array
    {
        $countries = $this->places->countries(self::both('country_id', $heads));
        $zones = $this->places->zones(self::both('zone_id', $heads));
        $codes = $this->languages->codes();
        foreach ($heads as $index => $head) {
            foreach (['payment', 'shipping'] as $side) {
                $head[$side . '_iso_code_2'] = $countries[$head[$side . '_country_id']]['code'] ?? '';
                $head[$side . '_zone_code'] = $zones[$head[$side . '_zone_id']]['code'] ?? '';
            }
            $head['language_code'] = ($head['language_code'] ?? '') ?: ($codes[$head['language_id']] ?? '');
            $head['x_status_name'] = (string) $head['x_status_name'];
            $heads[$index] = $head;
        }
        return $heads;
    }

    /** @return array<int, int> */
    private static function both(string $column, array $heads): array
    {
        return array_values(array_unique(array_merge(
            Rows::ids('payment_' . $column, $heads),
            Rows::ids('shipping_' . $column, $heads)
        )));
    }
}
