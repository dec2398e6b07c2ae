<?php
declare(strict_types=1);

namespace XeroConnector\Calls;

use XeroConnector\Database\Query;
use XeroConnector\Reading\Names;
use XeroConnector\Wire\Refusal;

/** The status of an order, and whether it is one that was divided among vendors. */
final class OrderCondition implements Call
{
    private const READ = 'SELECT status, is_parent_order FROM {orders} WHERE order_id = :id';

    /** @var Query */
    private $query;

    /** @var Names */
    private $names;

    public function __construct(Query $query, Names $names)
    {
        $this->query = $query;
        $this->names = $names;
    }

    public function answer(Parameters $parameters): array
    {
        $id = $parameters->id('order_id');
        $parameters->nothingElse();
        return $this->of($id);
    }

    /**
     * @return array{status: string, x_status_name: string, parent: bool}
     * @throws Refusal 404
     */
    public function of(int $orderId): array
    {
        $row = $this->query->row(self::READ, ['id' => $orderId]);
        if ($row === null) {
            throw new Refusal(404, 'not_found', 'The shop has no order with this number.');
        }
        $status = (string) $row['status'];
        return [
            'status' => $status,
            'x_status_name' => $this->names->statuses()[$status] ?? '',
            'parent' => $row['is_parent_order'] === 'Y',
        ];
    }
}
